"""The views of the page: each makes its components and hears its events in a few lines."""
