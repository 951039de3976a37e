"""Batches: tables that become HITs."""
