"""The old Query API: its parameters, its signatures and its XML, answered by the operations of today."""
