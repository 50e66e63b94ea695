"""Reading what people type: pure functions from text to a value or to the reason why it was not understood."""
