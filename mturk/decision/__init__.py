"""What is decided and paid: plans to be looked at first, then carried out once."""
