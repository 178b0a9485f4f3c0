"""The steps of the trip: each takes frozen data and proposes; none of them knows another."""
