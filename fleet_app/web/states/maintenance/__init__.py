"""What one person looks at on the maintenance screen."""
