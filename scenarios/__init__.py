"""What to run: scenario files, their resolution into plans, and expectations as tests."""
