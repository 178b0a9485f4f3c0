"""How likely does this head continue that tail, and how alike are two paragraphs?"""
