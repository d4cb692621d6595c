"""Transcription: facts taken over from other registers and books, as their sources state them."""
