"""Differential tests: both judges over random changes of clean documents."""
