"""Tours that come again: their stops, who drives them, and on which days."""
