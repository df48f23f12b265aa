"""What the demo's fleet owns and does: pure plans, and the writing of them into the stores."""
