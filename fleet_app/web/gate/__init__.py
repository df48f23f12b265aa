"""The one place where every event of every browser session is allowed or refused."""
