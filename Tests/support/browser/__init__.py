"""Pages and scripts that run in the browser, and the proxy that cuts their streams."""
