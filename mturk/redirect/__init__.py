"""The redirect: a proxy on this machine that leads calls to Amazon's hosts to a marketplace, and all others on."""
