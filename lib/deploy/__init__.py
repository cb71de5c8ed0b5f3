"""The commands of `python -m lib.deploy`: plan, deploy and destroy, on AWS or on the kept demo."""
