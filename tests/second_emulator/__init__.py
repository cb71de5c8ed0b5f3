"""`make second-emulator`: the stack on moto, which shares no code with the first emulator, with the real provider.

Two emulators seldom forget the same. Its own gaps are in gaps.toml; whatever else differs fails the run.
"""
