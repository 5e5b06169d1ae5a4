"""Training of the small models that ship: data, network, loop, and the weights as ONNX."""
