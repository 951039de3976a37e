"""Qualifications: types, grants, requests, requirements, and who meets them."""
