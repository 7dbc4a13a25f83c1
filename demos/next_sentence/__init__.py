"""Page: does sentence B follow sentence A?"""
