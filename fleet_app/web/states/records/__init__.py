"""What one person looks at on the record screens. Rows never live here: grids fetch pages."""
