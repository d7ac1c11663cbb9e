import time
import orjson
from integration_tests.crm.builders import *
from integration_tests.conftest import *
import pytest
@pytest.mark.parametrize("road",["rest","rest","coql","bulk","auto","coql","bulk"])
def test_it(a_zoho, road):
    zoho=a_zoho(sizes={"Odd_Shapes":12})
    cat=a_crm_catalog(zoho,"crm_odd_shapes")
    t=time.process_time(); w=time.time()
    run=attempt(zoho,catalog=cat,crm_transport=road)
    import sys
    print("CPU",road,round(time.process_time()-t,3),round(time.time()-w,2),run.errors,run.counts(),zoho.crm.credits_by_path,file=sys.stderr)
