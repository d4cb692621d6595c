"""Telling others what was entered: the feed's envelopes, mailboxes, webhooks and notices sent."""
