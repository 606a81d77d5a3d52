"""A small durable broker that routes events by the rules of the Knative Triggers."""
