"""The data that goes to the service and comes back: enumerations, limits, money, places, and how each travels."""
