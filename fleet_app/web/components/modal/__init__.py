"""A dialog over the page, on the browser's own `<dialog>`."""
