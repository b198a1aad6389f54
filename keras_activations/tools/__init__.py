"""What a practitioner does with activations."""
