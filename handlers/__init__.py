"""What is said to whom: pure functions (frame, incoming, facts) -> Turn. No SQL, no asyncio, no chat library."""
