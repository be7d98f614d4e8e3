"""Harbor tasks as they are: read, carried out in their own image, judged by their own tests/test.sh."""
