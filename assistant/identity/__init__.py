"""How people are known: passwords, the operating system, a provider of sign-in."""
