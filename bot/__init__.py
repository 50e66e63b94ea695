"""Báo Ngay: settings, composition root, the turn, the outbox, the vault and the channels."""
