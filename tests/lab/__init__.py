"""The lab: recordings without an emulator, and Bochs itself where it is installed."""
