"""A small durable broker that routes events as the Knative Triggers say."""
