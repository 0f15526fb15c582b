"""Convolutional networks for images and videos, built layer by layer from their published definitions."""
