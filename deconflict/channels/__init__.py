"""How we reach people: one module per provider behind port.py."""
