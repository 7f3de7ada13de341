# Set-up is part of every target: a virtual environment from the lock, nothing else by hand.
PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin/python
