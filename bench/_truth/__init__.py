"""What is told about movement, held against what really happened. docs/truth.md says how."""
