"""Loading a list of people from a CSV file into HubSpot's contacts.

Reading and repairing rows, a small mapping file, a plan that touches nothing, the load through the HubSpot
gateway, and a report by row. Keeping the two CRMs in agreement afterwards is the pass's business.

Entry points: ``imports.plan.plan_import``, ``imports.load.load``, ``imports.properties.create_properties``.
"""
