"""What the delivery log's page keeps."""
