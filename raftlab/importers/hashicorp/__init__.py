"""Logs of hashicorp/raft, the library in Consul, Nomad and Vault: three generations of its lines."""
