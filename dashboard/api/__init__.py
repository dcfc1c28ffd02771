"""REST v1: doors that parse, authorise, call one service and render."""
