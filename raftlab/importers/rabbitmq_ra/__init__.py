"""Logs of ra, the Raft library of RabbitMQ's quorum queues, streams and metadata store."""
