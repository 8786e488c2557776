"""The routing policy in a pass: who is to be assigned, and what became of earlier assignments."""
