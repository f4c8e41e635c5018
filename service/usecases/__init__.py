"""One file per thing the service does. Ports are in ports.py; nothing here knows a technology."""
