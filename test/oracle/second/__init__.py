"""A second implementation of the terminal, the eService and the eID-Server: written from the standards, without a look at the C++ code."""
