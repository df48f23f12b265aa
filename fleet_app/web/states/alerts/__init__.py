"""What the screens of alerts keep."""
