"""etcd's write-ahead log: what a member has put on its disk, read without etcd."""
