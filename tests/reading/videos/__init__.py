"""Tests of videos measured."""
