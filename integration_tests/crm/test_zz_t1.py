import time, sys
import orjson
from integration_tests.crm.builders import *
from integration_tests.crm.every_type import *
from integration_tests.conftest import *
import pytest
def test_it(a_zoho):
    out={}
    zoho=a_zoho(sizes=dict.fromkeys(Emulator().crm.readable(),3))
    t=time.process_time()
    add_every_type(zoho,"Every_Type")
    zoho.clock.advance(seconds=3600)
    cat=a_crm_catalog(zoho,"crm_every_type")
    print("discover",time.process_time()-t,file=sys.stderr)
    for road in ("rest","coql","bulk","auto"):
        zoho.crm.reset_credits()
        t=time.process_time(); w=time.time()
        run=attempt(zoho,catalog=cat,crm_transport=road)
        print("CPU",road,round(time.process_time()-t,3),round(time.time()-w,2),run.errors,run.counts(),zoho.crm.credits_by_path,file=sys.stderr)
        out[road]={r["id"]:orjson.dumps(r) for r in run.records("crm_every_type")}
        print([l for l in run.log if "ends here" in l or "no Bulk" in l],file=sys.stderr)
    for road in ("coql","bulk","auto"):
        a,b=out["rest"],out[road]
        print(road,len(a),len(b),file=sys.stderr)
        diff={}
        for i in a:
            if a[i]!=b.get(i):
                x,y=orjson.loads(a[i]),orjson.loads(b.get(i,b"{}"))
                for k in x|y:
                    if orjson.dumps(x.get(k))!=orjson.dumps(y.get(k)): diff.setdefault(k,[]).append((x.get(k),y.get(k)))
                if list(x)!=list(y): diff.setdefault("ORDER",[]).append((list(x),list(y)))
        for k,v in diff.items(): print("   ",k,len(v),str(v[:3])[:400],file=sys.stderr)
