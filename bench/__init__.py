"""What does reading cost? Measurements, not tests: nothing here fails a build."""
