"""Kafka's own Raft (KRaft): the quorum states that brokers and controllers log."""
