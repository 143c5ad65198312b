"""The story that docs/answers.md tells, and the writer of that page."""
