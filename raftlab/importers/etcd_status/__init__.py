"""Polls of etcd's members: what each said of itself when it was asked, or that it didn't answer. One answer a line."""
